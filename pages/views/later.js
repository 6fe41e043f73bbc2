// Says once that the chart of this place comes near. Until the reader scrolls, only what is in view does;
// from then on also what is up to one screen away, so that it is drawn before it arrives.
const left = new WeakMap();
let last = Promise.resolve();

// What a place says in the moment in which a field takes its value is all that Streamlit sends, and the value
// goes by unheard. What it says while the server answers a click is taken for a wish of the page before that
// answer: if another page opens, neither is shown. So a place waits until reader and page rest.
const QUIET_MS = 500;
const UNANSWERED_MS = 5_000; // a click that the server has not begun to answer by then asked it for nothing
const waiting = new Set();
let touched = -Infinity;
let asked = -Infinity;
let followed;

for (const kind of ["keydown", "input", "change", "focusout", "click"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
}
window.addEventListener("popstate", ask);

function touch({ type, target }) {
    if (type === "click" && target.closest?.("a, button")) return ask();
    if (target === document.body || target.matches?.('[data-testid="stMain"]')) return; // keys that scroll
    touched = performance.now();
    setTimeout(look, QUIET_MS + 1);
}

function ask() {
    asked = performance.now();
    setTimeout(look, UNANSWERED_MS + 1);
}

function runs() {
    return (followed.dataset.testScriptState ?? "notRunning") !== "notRunning";
}

function rests() {
    const now = performance.now();
    return !runs() && now - touched >= QUIET_MS && now - asked >= UNANSWERED_MS;
}

function look() {
    waiting.forEach(one => one());
}

function follow(app) {
    if (followed === app) return;
    followed = app;
    new MutationObserver(() => {
        if (runs()) asked = -Infinity; // this is the answer
        look();
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

export default function ({ parentElement, setStateValue }) {
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
        // Of what two places say in the same moment, Streamlit would draw only one.
        last = last.then(() => {
            setStateValue("near", true);
            return new Promise(done => setTimeout(done));
        });
    }
    function arrive() {
        watcher?.disconnect();
        if (!app) return say();
        follow(app);
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

    left.get(parentElement)?.(); // Streamlit calls this function again when the place moves on the page
    left.set(parentElement, leave);
    if (place?.querySelector('[data-testid="stPlotlyChart"]')) return leave;
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
