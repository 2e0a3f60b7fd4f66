// The texts of the page, from messages.json, which apps may use as it is. Each element with `data-text` shows the
// text of that name, in the language that the user has chosen.
const messages = await (await fetch("/demo/phone/messages.json")).json();

/** Values that an element's text contains, by element. */
const valuesByElement = new WeakMap();

let language = navigator.language.startsWith("zh") ? "zh" : "en";

/** Returns the language of the page: `en` or `zh`. */
export const currentLanguage = () => language;

/** Shows the page in another language. */
export function setLanguage(next) {
  language = next;
  document.documentElement.lang = next === "zh" ? "zh-Hans" : "en";
  document.title = textOf("demo.title");
  for (const element of document.querySelectorAll("[data-text]")) render(element);
}

/** Shows a text in an element. Without a name, the element becomes empty. */
export function showText(element, name, values = {}) {
  valuesByElement.set(element, values);
  if (name) element.dataset.text = name;
  else delete element.dataset.text;
  render(element);
}

/** Returns a text such as `screen.approve`, with the values in place of `{name}`. */
export function textOf(name, values = {}) {
  const [group, key] = name.split(".");
  return messages[group][key][language].replace(/\{(\w+)\}/g, (_, value) => values[value]);
}

/**
 * Returns the name of the text for an error, and the next step: `scan`, `repeat`, `signIn` or `stop`.
 */
export function stepAfter({ reason, fallback }) {
  const known = Object.hasOwn(messages.errors, reason ?? "") ? reason : fallback;
  return { textName: `errors.${known}`, next: messages.errors[known].next };
}

function render(element) {
  const { text: name } = element.dataset;
  const text = name ? textOf(name, valuesByElement.get(element)) : "";
  if (element.dataset.textTarget) element.setAttribute(element.dataset.textTarget, text);
  else element.textContent = text;
}
