/**
 * Lets a page live on that the browser's translator rewrites. Translators put `<font>` elements in the place of text, or
 * around it. React keeps writing to the text that it made: what is gone shows no change any more, and removing what has
 * another parent now throws, which takes the whole page down. So text that is written to comes back first (and is
 * translated anew), and what is removed, or inserted before, is found through what was put around it.
 */

/** What stands in the place of a text that a translator took out of the page. */
const replacements = new WeakMap<Node, Element>();

/** Once for a page, before anything is drawn in `root`. */
export function bearTranslators(root: Node): void {
  new MutationObserver(noteReplaced).observe(root, { childList: true, subtree: true });
  bringBackWhatIsWritten();
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    const own = childHolding(this, child);
    if (own !== null) removeChild.call(this, own);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, child: T, before: Node | null): T {
    insertBefore.call(this, child, before === null ? null : childHolding(this, before));
    return child;
  };
}

function noteReplaced(records: MutationRecord[]): void {
  for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
    const font = [...addedNodes, previousSibling, nextSibling].find(isFont);
    if (font === undefined) continue;
    for (const removed of removedNodes)
      if (removed.nodeType === Node.TEXT_NODE) replacements.set(removed, font);
  }
}

/** Our pages have no such element: it is a translator's. */
function isFont(node: Node | null): node is HTMLElement {
  return node !== null && node.nodeName === "FONT";
}

/** React sets `nodeValue`. */
function bringBackWhatIsWritten(): void {
  const property = Object.getOwnPropertyDescriptor(Node.prototype, "nodeValue");
  if (property?.set === undefined || property.get === undefined) return;
  const { get, set } = property;
  Object.defineProperty(Text.prototype, "nodeValue", {
    configurable: true,
    enumerable: true,
    get,
    set(this: Text, value: string) {
      const font = replacements.get(this);
      if (font !== undefined && !this.isConnected && font.isConnected) font.replaceWith(this);
      replacements.delete(this);
      set.call(this, value);
    },
  });
}

/** The child of `parent` that is this node, is around it, or stands in its place; null where it has gone. */
function childHolding(parent: Node, node: Node): Node | null {
  const standsFor = node.isConnected ? node : (replacements.get(node) ?? node);
  let own: Node | null = standsFor;
  while (own !== null && own.parentNode !== parent) own = own.parentNode;
  return own;
}
