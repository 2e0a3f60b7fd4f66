/** Threats that nobody can play with the public contract alone, and where they are tested instead. */
export const notPlayable: readonly {
  readonly threat: string;
  readonly title: string;
  readonly why: string;
}[] = [
  {
    threat: "T13",
    title: "Timing oracle",
    why: "differences drown in a network's; the comparisons are tested",
  },
  { threat: "T23", title: "Unattended phone", why: "step-up is not built yet" },
  { threat: "T28", title: "Unwanted long session", why: "requested persistence is not built yet" },
  { threat: "T29", title: "Insider, stolen store dump", why: "needs the store" },
  { threat: "T30", title: "Split brain of several nodes", why: "needs the nodes and their network" },
  {
    threat: "T32",
    title: "Development identity in production",
    why: "the configuration refuses it at start",
  },
  {
    threat: "T34",
    title: "One caller starves the others",
    why: "a flood would hurt a running target; see bench/",
  },
  { threat: "T35", title: "The log as a weapon", why: "needs the log" },
  { threat: "T36", title: "Another token of the same issuer", why: "needs the key of the issuer" },
];
