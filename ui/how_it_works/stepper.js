// A new step is read from its beginning, also when the button to it is at the end of the last.
// The address names the step without an entry of its own in the browser's history: one that came
// without a step would send Back to itself again and again.
let shown;
export default function ({ data }) {
  if (shown !== undefined && shown !== data.step)
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  shown = data.step;
  const address = new URL(location.href);
  if (!address.searchParams.has("step")) {
    address.searchParams.set("step", data.step);
    history.replaceState(history.state, "", address);
  }
}
