import { type RefObject, useEffect, useState } from "react";

/** How far from what is seen a message is drawn in full. */
const NEAR = "1200px 0px";

/** Watches which messages of a list are near the part that is seen, with one observer for all of them. */
export class MessageNearness {
  readonly #scroller: () => Element | null;
  readonly #waiting = new Map<Element, () => void>();
  #observer: IntersectionObserver | null = null;

  constructor(scroller: () => Element | null) {
    this.#scroller = scroller;
  }

  /** Calls back once, when the element has come near. */
  once(element: Element, near: () => void): () => void {
    this.#observer ??= new IntersectionObserver((entries) => this.#look(entries), {
      root: this.#scroller(),
      rootMargin: NEAR,
    });
    this.#waiting.set(element, near);
    this.#observer.observe(element);
    return () => this.#leave(element);
  }

  #look(entries: readonly IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      const near = this.#waiting.get(target);
      this.#leave(target);
      near?.();
    }
  }

  #leave(element: Element): void {
    this.#waiting.delete(element);
    this.#observer?.unobserve(element);
  }
}

/** Whether the element was near once: what has been drawn stays. `now`: it needn't be waited for. */
export function useWasNear(
  element: RefObject<Element | null>,
  nearness: MessageNearness,
  now: boolean,
): boolean {
  const [wasNear, setWasNear] = useState(now);
  useEffect(() => {
    if (wasNear || element.current === null) return;
    return nearness.once(element.current, () => setWasNear(true));
  }, [wasNear, element, nearness]);
  return wasNear;
}
