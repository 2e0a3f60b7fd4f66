import { quantile, type RowDefinition, rate, rateBy, selecting, selector } from "./panel.js";

const steps = ["created", "scanned", "authorized", "exchanged"] as const;

const increaseOf = (event: string) =>
  `sum(increase(qrlogin_tickets_total{${selecting(`event="${event}"`)}}[$__range]))`;

/** The panels of the funnel: how many sign-ins begin, and how many come to their end. */
export const signInRow: RowDefinition = {
  title: "Sign-ins",
  panels: [
    {
      title: "Funnel",
      description: "Steps per second, from the code that is shown to the user who is signed in.",
      unit: "ops",
      queries: steps.map((event) => ({
        expr: `sum(${rate("qrlogin_tickets_total", selecting(`event="${event}"`))})`,
        legend: event,
      })),
    },
    {
      title: "Conversion",
      description:
        "Share of each step that reaches the next, over the time range. Codes that nobody scans are normal; scans without an end are not.",
      unit: "percentunit",
      queries: steps.slice(1).map((event, index) => ({
        expr: `${increaseOf(event)} / ${increaseOf(steps[index] ?? "")}`,
        legend: `${steps[index]} → ${event}`,
      })),
    },
    {
      title: "Ends without success",
      description:
        "`declined` by the user, `withdrawn` by the app, `check_code_failed` after three wrong codes, `expired`.",
      unit: "ops",
      queries: [
        {
          expr: rateBy(
            "event, from",
            "qrlogin_tickets_total",
            selecting('event=~"declined|withdrawn|check_code_failed|expired"'),
          ),
          legend: "{{event}} {{from}}",
        },
      ],
    },
    {
      title: "Time that people take",
      description: "The median from the code to the scan, from the scan to the decision, and so on.",
      unit: "s",
      queries: [{ expr: quantile(0.5, "qrlogin_ticket_step_seconds", selector, "step"), legend: "{{step}}" }],
    },
    {
      title: "Sign-ins by app",
      description: "Completed sign-ins per second.",
      unit: "ops",
      queries: [
        {
          expr: rateBy("app", "qrlogin_app_tickets_total", selecting('event="exchanged"')),
          legend: "{{app}}",
        },
      ],
    },
    {
      title: "Live tickets",
      description:
        "Tickets that have not ended, by state. Only the embedded store knows them; with Redis, the panel is empty.",
      unit: "short",
      queries: [{ expr: `sum by (state) (qrlogin_live_tickets{${selector}})`, legend: "{{state}}" }],
    },
  ],
};
