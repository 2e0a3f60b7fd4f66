import { GatewayError } from "./api.js";
import { attend } from "./attend.js";
import { codeChallengeOf } from "./code_challenge.js";
import { intervalOf } from "./options.js";
import { tell } from "./tell.js";
import { pauseAfter, wait } from "./wake.js";
/** So often a picture is asked for before it is given up. */
const maxPictures = 4;
/** Most failures in a row of the site's code challenge. */
const maxChallengeFailures = 4;
export function createSession(api, options, stage) {
    const { renewals = 3, customData, deviceName } = options;
    let left = renewals;
    let code;
    let scene = { kind: "loading" };
    let failures = 0;
    let challengeFailures = 0;
    let pictures = 0;
    let reached = true;
    // The picture has failed, and is to be asked for again.
    let isUndrawn = false;
    let stopRedraw = () => { };
    let stopWork = () => { };
    // What belongs to an earlier code is not wanted any more.
    let turn = 0;
    function show(next) {
        scene = next;
        stage.show(next);
    }
    function reach(now) {
        const isBack = now && !reached;
        reached = now;
        stage.reach(now);
        if (!isBack || !isUndrawn)
            return;
        pictures = 0;
        redraw();
    }
    function redraw() {
        stopRedraw();
        isUndrawn = false;
        stage.redraw();
    }
    async function begin() {
        if (!leave())
            return;
        const mine = turn;
        show({ kind: "loading" });
        // A tab that was opened behind another may never be looked at.
        if (document.hidden) {
            stopWork = wait(0, inSight(begin));
            return;
        }
        try {
            const codeChallenge = await codeChallengeOf(options);
            if (mine !== turn)
                return;
            challengeFailures = 0;
            const created = await api.create({ customData, deviceName, codeChallenge });
            if (mine !== turn)
                return giveUp(created);
            present(created);
        }
        catch (error) {
            if (mine !== turn)
                return;
            const refused = error;
            reach(refused.reason !== "OFFLINE");
            tell(options.onCodeLoadFailed, refused.message);
            if (mine !== turn)
                return;
            if (!refused.passes && !mayRecover(refused))
                return fail(refused);
            stopWork = wait(Math.max(pauseAfter(failures++), refused.retryAfterMs ?? 0), inSight(begin));
        }
    }
    /** Counts the failures of the site's code challenge; those without a network do not count. */
    function mayRecover({ reason }) {
        if (reason !== "CODE_CHALLENGE_FAILED")
            return false;
        if (navigator.onLine)
            challengeFailures++;
        return challengeFailures < maxChallengeFailures;
    }
    function present(created) {
        code = created;
        failures = 0;
        pictures = 0;
        reach(true);
        show({ kind: "waiting", code: created, until: Date.now() + created.remainingMs });
        const intervalMs = Math.max(intervalOf(options), created.minPollIntervalMs);
        stopWork = attend(api, created.handle, intervalMs, options, {
            onScanned: (by, until) => show({ kind: "scanned", by, until }),
            onFinishing: () => show({ kind: "loading" }),
            onReach: reach,
            onEnd: ended,
        });
        tell(options.onCodeShow, created.handle, created.url);
    }
    /** Lets go of the present code. False where the page has stopped or begun anew when it was told. */
    function leave() {
        const mine = ++turn;
        stopWork();
        stopWork = () => { };
        stopRedraw();
        isUndrawn = false;
        const { handle } = code ?? {};
        code = undefined;
        if (handle !== undefined)
            tell(options.onCodeDestroyed, handle);
        return mine === turn;
    }
    function ended(end) {
        if (!leave())
            return;
        reach(true);
        if (end.kind === "succeeded" || end.kind === "cancelled")
            show(end);
        else if (end.kind === "failed")
            fail(end.error);
        else if (left-- > 0)
            void begin();
        else if (end.kind === "gone")
            fail(end.error);
        else {
            show({ kind: "expired" });
            tell(options.onExpired);
        }
    }
    function fail({ message, reason }) {
        reach(true);
        show({ kind: "failed" });
        tell(options.onError, message, reason);
    }
    /** Whoever scans it from now on is told so. It expires by itself where this does not arrive. */
    function giveUp(unwanted) {
        if (unwanted)
            api.withdraw(unwanted.handle).catch(() => { });
    }
    void begin();
    return {
        again() {
            giveUp(code);
            left = renewals;
            challengeFailures = 0;
            void begin();
            tell(options.onRetry);
        },
        pictured(loaded) {
            if (!code || scene.kind !== "waiting")
                return;
            const mine = turn;
            if (loaded)
                return tell(options.onCodeLoaded, code.handle, code.url);
            const error = new GatewayError("PICTURE_FAILED", "the picture of the code cannot be loaded");
            tell(options.onCodeLoadFailed, error.message);
            if (mine !== turn)
                return;
            isUndrawn = true;
            // Without a network there is no picture either: that is not counted.
            if (reached && !document.hidden)
                pictures++;
            if (pictures < maxPictures) {
                stopRedraw();
                stopRedraw = wait(pauseAfter(reached ? pictures : maxPictures), inSight(redraw));
                return;
            }
            giveUp(code);
            if (leave())
                fail(error);
        },
        stop() {
            giveUp(code);
            leave();
        },
    };
}
/** Does nothing while the page is hidden. */
function inSight(next) {
    return () => void (document.hidden || next());
}
