/** The element with this id: the document of the page has all that the script asks for. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found as T;
}

/** A new element. Texts are text: nothing of a log line is ever taken for HTML. */
export function create(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function button(text: string, onClick: () => void): HTMLElement {
  const made = create('button', '', text);
  made.addEventListener('click', onClick);
  return made;
}
