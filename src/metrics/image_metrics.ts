import type { ImageObserver } from "../qr/image_observer.js";
import { durationBounds } from "./call_metrics.js";
import type { MetricsRegistry } from "./registry.js";

/** Creates the metrics of QR images. */
export function createImageMetrics(registry: MetricsRegistry): ImageObserver {
  const durations = registry.histogram({
    name: "qrlogin_qr_image_duration_seconds",
    help: "Time from the request of a QR image until it is drawn, the wait for other images included.",
    labels: ["outcome"],
    series: [{ outcome: "drawn" }, { outcome: "failed" }],
    bounds: durationBounds.filter((bound) => bound >= 0.001),
  });
  const pending = registry
    .gauge({ name: "qrlogin_qr_images_pending", help: "QR images that are drawn or wait for it." })
    .with({});
  return {
    onStart: () => pending.add(1),
    onEnd(isDrawn, durationMs) {
      pending.add(-1);
      durations.with({ outcome: isDrawn ? "drawn" : "failed" }).observe(durationMs / 1_000);
    },
  };
}
