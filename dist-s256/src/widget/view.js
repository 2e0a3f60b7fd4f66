import { icon, make } from "./icons.js";
import { styles } from "./styles.js";
import { languageOf, mergedTexts } from "./texts.js";
/** Draws into the shadow of the host, which is ours alone: in its place, or as a dialogue in the middle of the page. */
export function createView(host, options, isDialog, actions) {
    const language = options.language ?? languageAround(host);
    const texts = mergedTexts(language, options);
    const el = skeleton(texts, options.tips?.middleTitle ?? "");
    const root = host.attachShadow({ mode: "open" });
    dress(root);
    const stopTheme = followTheme(host, options.theme);
    let ticking;
    let scene = { kind: "loading" };
    let reached = true;
    let whole = 0;
    el.box.lang = languageOf(texts, language);
    sizeOf(options, el);
    el.again.onclick = actions.again;
    el.code.onload = () => {
        pictured(true);
        actions.pictured(true);
    };
    el.code.onerror = () => actions.pictured(false);
    if (isDialog)
        showDialog(root, el.box, texts, actions);
    else
        root.append(el.box);
    /** What turns goes on turning until the picture is there. */
    function pictured(isThere) {
        el.code.classList.toggle("there", isThere);
        if (scene.kind === "waiting")
            el.veil.hidden = isThere;
    }
    function speak() {
        const isAway = !reached && /^(loading|waiting|scanned)$/.test(scene.kind);
        el.box.classList.toggle("away", isAway);
        const said = isAway ? texts.offline : texts[scene.kind];
        // Over the code the name is only seen.
        const name = !isAway && "by" in scene && scene.by.nickname;
        const greeting = name ? `${texts.scannedBy.replace("{name}", () => name)}. ` : "";
        // Said once: the same text set anew would be announced anew.
        if (el.state.textContent === greeting + said)
            return;
        el.state.replaceChildren(make("span", { className: "unseen", textContent: greeting }), said);
    }
    function count() {
        if (!("until" in scene))
            return;
        const left = Math.max(0, scene.until - Date.now());
        const seconds = Math.ceil(left / 1_000);
        const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        el.time.textContent = texts.left.replace("{time}", () => clock);
        el.bar.style.inlineSize = `${whole > 0 ? Math.min(100, (left / whole) * 100) : 0}%`;
    }
    return {
        show(next) {
            const { kind } = next;
            const isSame = kind === scene.kind && el.box.dataset.kind === kind;
            scene = next;
            el.box.dataset.kind = kind;
            if (kind === "waiting") {
                whole = next.code.remainingMs;
                pictured(false);
                el.code.src = next.code.url;
            }
            el.code.ariaHidden = String(kind !== "waiting");
            el.middle.hidden = kind !== "waiting" || el.middle.textContent === "";
            if (!isSame)
                mark(el.veil, next, texts);
            el.left.hidden = !("until" in next);
            offer(el, kind, texts);
            speak();
            clearInterval(ticking);
            count();
            if ("until" in next)
                ticking = setInterval(count, 1_000);
        },
        reach(now) {
            reached = now;
            speak();
        },
        redraw() {
            // The same address set anew is asked for anew.
            if (scene.kind === "waiting")
                el.code.src = scene.code.url;
        },
        remove() {
            clearInterval(ticking);
            stopTheme();
            el.code.onload = null;
            el.code.onerror = null;
            root.querySelector("dialog")?.close();
            host.remove();
        },
    };
}
function skeleton(texts, middleTitle) {
    const title = make("h2", { className: "title", textContent: texts.title });
    const code = make("img", { className: "code", alt: texts.picture });
    const middle = make("div", { className: "middle" }, make("span", { textContent: middleTitle }));
    const veil = make("div", { className: "veil" });
    const frame = make("div", { className: "frame" }, code, middle, veil);
    const state = make("p", { className: "state", role: "status" });
    const bar = make("i");
    // No live region: it would be read out every second.
    const time = make("span", { className: "time" });
    const left = make("div", { className: "left" }, make("div", { className: "bar" }, bar), time);
    const again = make("button", { type: "button" });
    const box = make("div", { className: "box", role: "group", tabIndex: -1 }, title, frame, state, left, again);
    box.ariaLabel = texts.title;
    return { box, frame, code, middle, veil, state, left, bar, time, again };
}
/** The one button, where there is something to be done. Focus that it had stays in the widget when it goes. */
function offer({ again, box }, kind, texts) {
    const hadFocus = again.matches(":focus");
    again.hidden = kind === "loading" || kind === "waiting" || kind === "succeeded";
    again.className = kind === "scanned" ? "quiet" : "";
    again.textContent = kind === "scanned" ? texts.notYou : texts.retry;
    if (hadFocus && again.hidden)
        box.focus();
}
/** The picture of the person, or of what has happened. */
function mark(veil, scene, texts) {
    if (scene.kind === "waiting")
        return;
    veil.hidden = false;
    veil.replaceChildren();
    const by = "by" in scene ? scene.by : undefined;
    const plain = make("div", { className: "mark" }, icon(by && scene.kind === "scanned" ? "person" : scene.kind));
    if (scene.kind === "loading")
        plain.classList.add("spin");
    if (by?.photoUrl) {
        const photo = make("img", { className: "mark", alt: "", referrerPolicy: "no-referrer" });
        photo.onerror = () => photo.replaceWith(plain);
        photo.src = by.photoUrl;
        veil.append(photo);
    }
    else
        veil.append(plain);
    if (!by?.nickname)
        return;
    const [before = "", after = ""] = texts.scannedBy.split("{name}");
    const name = make("bdi", { textContent: by.nickname });
    // The state says it too, for who cannot see it.
    veil.append(make("span", { className: "name", ariaHidden: "true" }, before, name, after));
}
/** With a button to close it, since not everybody has an Escape key. */
function showDialog(root, box, texts, { close }) {
    const button = make("button", { type: "button", className: "close", ariaLabel: texts.close }, icon("close"));
    const dialog = make("dialog", { ariaLabel: texts.title, onclose: close }, box);
    button.onclick = () => dialog.close();
    box.append(button);
    root.append(dialog);
    dialog.showModal();
}
/** As a sheet and not as an element, which a strict content security policy would refuse. */
function dress(root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
}
/** Keeps the theme as it is asked for, or as the system has it. The answer stops that. */
function followTheme(host, theme = "auto") {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const set = () => host.toggleAttribute("data-dark", theme === "dark" || (theme === "auto" && dark.matches));
    set();
    dark.addEventListener("change", set);
    return () => dark.removeEventListener("change", set);
}
function sizeOf({ size, containerSize }, { box, frame }) {
    if (size) {
        frame.style.inlineSize = `${size.width}px`;
        frame.style.aspectRatio = `${size.width} / ${size.height}`;
    }
    if (containerSize) {
        box.style.inlineSize = `${containerSize.width}px`;
        box.style.minBlockSize = `${containerSize.height}px`;
    }
}
function languageAround(host) {
    const { lang } = document.documentElement;
    return host.closest("[lang]")?.getAttribute("lang") || lang || navigator.language;
}
