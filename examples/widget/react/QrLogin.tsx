import { type ScanOptions, startScanning } from "qrlogin/widget";
import { useEffect, useRef } from "react";

/** Shows the widget, with its options as properties. A new value starts the scan again; a new callback does not. */
export function QrLogin<User>(props: Omit<ScanOptions<User>, "phoneContent">) {
  const target = useRef<HTMLDivElement>(null);
  const options = useRef<ScanOptions<User>>({});
  useEffect(() => {
    options.current = { ...props };
    const scanning = startScanning(target.current, options.current);
    return () => scanning.stop();
  }, [JSON.stringify(props)]); // JSON has no functions
  useEffect(() => {
    // The widget looks up a callback when it calls it.
    Object.assign(options.current, props);
  });
  return <div ref={target} />;
}
