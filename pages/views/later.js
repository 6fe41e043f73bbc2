// Says once that the chart of this place comes near. Until the reader scrolls, only what is in view does;
// from then on also what is up to one screen away, so that it is drawn before it arrives.
const left = new WeakMap();

// With what a place says, Streamlit sends what all widgets hold. While the server answers a click, that is what
// they held before it, and would undo it; if the click opened another page, neither is shown. So a place waits
// until reader and page rest.
const QUIET_MS = 500;
const SETTLED_MS = 250; // what fields hold after an answer, the browser takes a moment after the script has ended
const UNANSWERED_MS = 5_000; // what the server has not begun to answer by then asked it for nothing
const CLICKS = "a, button, label, .js-plotly-plot";
const CLICKS_OF_THE_BROWSER = ".modebar, [data-testid=stElementToolbar]";
const waiting = new Set();
let touched = -Infinity;
let ended = -Infinity;
let answered = true;
let followed;

for (const kind of ["keydown", "input", "change", "focusout", "click", "popstate"]) {
    window.addEventListener(kind, touch, { capture: true, passive: true });
}

function asks({ type, key, target }) {
    if (type === "click") return target.closest?.(CLICKS) && !target.closest(CLICKS_OF_THE_BROWSER);
    return type !== "focusout" && key !== "Tab";
}

function touch(event) {
    const { target } = event;
    if (target === document.body || target.matches?.('[data-testid="stMain"]')) return; // keys that scroll
    if (asks(event)) answered = false;
    touched = performance.now();
    setTimeout(look, QUIET_MS + 1);
    setTimeout(look, UNANSWERED_MS + 1);
}

function runs() {
    return (followed.dataset.testScriptState ?? "notRunning") !== "notRunning";
}

function rests() {
    const now = performance.now();
    return !runs() && now - ended >= SETTLED_MS && now - touched >= (answered ? QUIET_MS : UNANSWERED_MS);
}

function look() {
    waiting.forEach(one => one());
}

function follow(app) {
    if (followed === app) return;
    followed = app;
    new MutationObserver(() => {
        if (runs()) {
            answered = true;
        } else {
            ended = performance.now();
            setTimeout(look, SETTLED_MS + 1);
        }
    }).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
}

function atRest(signal, then) {
    function wait() {
        if (!signal.aborted && !rests()) return;
        waiting.delete(wait);
        if (!signal.aborted) then();
    }
    waiting.add(wait);
    wait();
}

export default function ({ parentElement, setStateValue, data }) {
    const app = parentElement.closest('[data-testid="stApp"]');
    const main = parentElement.closest('[data-testid="stMain"]');
    const place = parentElement.closest('[class*="st-key-later-"]');
    const over = new AbortController();
    let watcher;

    function leave() {
        over.abort();
        watcher?.disconnect();
    }
    function say() {
        leave();
        setStateValue("near", true);
    }
    function arrive() {
        watcher?.disconnect();
        if (!app) return say();
        atRest(over.signal, say);
    }
    function watch(margin) {
        watcher?.disconnect();
        watcher = new IntersectionObserver(
            seen => seen.some(one => one.isIntersecting) && arrive(),
            { root: main, rootMargin: margin },
        );
        watcher.observe(place);
    }

    if (app) follow(app);
    left.get(parentElement)?.(); // Streamlit calls this function again when the place moves on the page
    left.set(parentElement, leave);
    if (data.drawn) return leave;
    if (!main || !place || !("IntersectionObserver" in window)) {
        arrive();
        return leave;
    }
    const once = { once: true, passive: true, signal: over.signal };
    main.addEventListener("scroll", () => watch("100% 0px"), once);
    window.addEventListener("beforeprint", arrive, once);
    watch("0px");
    return leave;
}
