import { type RowDefinition, rate, selector } from "./panel.js";

/** The panels of a Node.js process, which service and gateway share. */
export const processRow: RowDefinition = {
  title: "Process",
  panels: [
    {
      title: "CPU",
      description:
        "Cores in use. A process without workers uses one at most, and a second one for images and garbage collection.",
      unit: "short",
      queries: [{ expr: rate("process_cpu_seconds_total"), legend: "{{instance}}" }],
    },
    {
      title: "Delay of the event loop",
      description:
        "The 99th percentile since the last scrape. Above 0.1 s, everything waits: find what blocks, or add processes.",
      unit: "s",
      queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${selector}}`, legend: "{{instance}}" }],
    },
    {
      title: "Memory",
      description: "Resident memory, and the part of it that is JavaScript heap in use.",
      unit: "bytes",
      queries: [
        { expr: `process_resident_memory_bytes{${selector}}`, legend: "{{instance}} resident" },
        { expr: `nodejs_heap_size_used_bytes{${selector}}`, legend: "{{instance}} heap" },
      ],
    },
    {
      title: "Garbage collection",
      description: "Share of the time that the process spends on it.",
      unit: "percentunit",
      queries: [
        {
          expr: `sum by (instance) (${rate("nodejs_gc_duration_seconds_sum")})`,
          legend: "{{instance}}",
        },
      ],
    },
    {
      title: "File descriptors",
      description: "Share of the limit that is open. At 1, no connection is accepted.",
      unit: "percentunit",
      queries: [
        { expr: `process_open_fds{${selector}} / process_max_fds{${selector}}`, legend: "{{instance}}" },
      ],
    },
    {
      title: "Log lines dropped",
      description:
        "Lines per second that could not be written in time. Above zero: the reader of the log is slow, or its disk full.",
      unit: "ops",
      queries: [{ expr: rate("qrlogin_log_lines_dropped_total"), legend: "{{instance}}" }],
    },
    {
      title: "Configuration",
      description: "1 if the configuration on disk can be used, 0 after a reload that failed.",
      unit: "short",
      queries: [{ expr: `qrlogin_config_last_reload_successful{${selector}}`, legend: "{{instance}}" }],
    },
    {
      title: "Certificates",
      description: "Time until a certificate in use expires, by the setting that names its file.",
      unit: "s",
      queries: [
        {
          expr: `qrlogin_certificate_expiry_timestamp_seconds{${selector}} - time()`,
          legend: "{{instance}} {{setting}}",
        },
      ],
    },
    {
      title: "Restarts",
      description: "Time since the start.",
      unit: "s",
      queries: [{ expr: `time() - process_start_time_seconds{${selector}}`, legend: "{{instance}}" }],
    },
  ],
};
