// Says once that the chart of this place comes near. Until the reader scrolls, only what is in view does;
// from then on also what is up to one screen away, so that it is drawn before it arrives.
const left = new WeakMap();
let last = Promise.resolve();

export default function ({ parentElement, setStateValue }) {
    const main = parentElement.closest('[data-testid="stMain"]');
    const place = parentElement.closest('[class*="st-key-later-"]');
    const over = new AbortController();
    let watcher;

    function leave() {
        over.abort();
        watcher?.disconnect();
    }
    function arrive() {
        leave();
        // Of what two places say in the same moment, Streamlit would draw only one.
        last = last.then(() => {
            setStateValue("near", true);
            return new Promise(done => setTimeout(done));
        });
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
