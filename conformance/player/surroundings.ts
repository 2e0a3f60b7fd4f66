import type { Step } from "./schema.js";
import type { Stage } from "./stage.js";

/** A step that changes what is around the clients: the network, the service, its store, its issuer or its clock. */
export type SurroundingsStep = Extract<
  Step,
  { kind: "clock" | "network" | "server" | "store" | "issuer" | "signIns" | "peer" }
>;

/** Makes the change. Resolves once it is complete. */
export async function changeSurroundings(step: SurroundingsStep, stage: Stage): Promise<void> {
  const { network } = stage;
  switch (step.kind) {
    case "clock":
      return stage.host.clock.advance(step.clock);
    case "network": {
      const actions = {
        cut: network.cut,
        refuse: network.refuse,
        hold: network.hold,
        "hold responses": network.holdResponses,
        restore: network.restore,
      };
      return actions[step.network]();
    }
    case "server":
      if (step.server === "start") return network.setTarget(await stage.host.start());
      // A process that is killed ends its connections without a word.
      if (step.server === "kill") network.cut();
      return stage.host.stop();
    case "store": {
      const { store } = stage.host;
      const actions = {
        away: store.takeAway,
        "fails once": store.failOnce,
        "loses the outcome of one write": store.loseNextOutcome,
        "loses every race": store.loseRaces,
        broken: store.break,
        slow: store.slowDown,
        restore: store.restore,
      };
      return actions[step.store]();
    }
    case "signIns":
      if (step.signIns === "enabled") {
        await stage.host.signInSwitch.enable({ kind: "app", id: step.app });
        return;
      }
      return stage.host.signInSwitch.disable({
        ...{ target: { kind: "app", id: step.app }, note: "", adminId: "", disabledAt: undefined },
      });
    case "peer":
      return stage.peer.reset();
    case "issuer":
      stage.host.issuer.setAway(step.issuer === "away");
  }
}
