import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 80;
/** How long a message that somebody came for is kept in view while what is around it is drawn. */
const LEAD_MS = 1_500;
/** What a person does who goes elsewhere. */
const LEAVING = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

/**
 * Keeps the end in view while text arrives, unless the person scrolled up to read. What moves the end is watched
 * itself: text is drawn at a pace of its own, and formulas and pictures of it change its height later.
 */
export function useStickToEnd(container: RefObject<HTMLElement | null>, content: unknown) {
  const sticking = useRef(true);
  const last = useRef({ top: 0, height: 0 });
  /** The message that somebody came for. */
  const led = useRef<Element | null>(null);
  const [away, setAway] = useState(false);

  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const look = () => {
      const { scrollTop: top, scrollHeight: height, clientHeight } = element;
      // Only a person scrolls up: when the end moves away from below, or text above shrinks, nobody left it.
      const up = top < last.current.top && height >= last.current.height;
      if (height - top - clientHeight < NEAR_PX) sticking.current = true;
      else if (up) sticking.current = false;
      last.current = { top, height };
      setAway(!sticking.current);
    };
    const observer = new ResizeObserver(() => {
      look();
      if (led.current !== null) center(element, led.current);
      else if (sticking.current) element.scrollTop = element.scrollHeight;
    });
    const leave = () => {
      led.current = null;
    };
    element.addEventListener("scroll", look, { passive: true });
    // The text grows within; a notice or a longer draft takes room from below.
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    for (const sign of LEAVING) element.addEventListener(sign, leave, { passive: true });
    return () => {
      element.removeEventListener("scroll", look);
      for (const sign of LEAVING) element.removeEventListener(sign, leave);
      observer.disconnect();
    };
  }, [container]);

  const toEnd = useCallback(() => {
    const element = container.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    led.current = null;
    sticking.current = true;
    setAway(false);
  }, [container]);

  /** Goes to a message, and stays there while what is around it is drawn. */
  const lead = useCallback(
    (message: Element) => {
      sticking.current = false;
      led.current = message;
      if (container.current !== null) center(container.current, message);
      setTimeout(() => {
        if (led.current === message) led.current = null;
      }, LEAD_MS);
    },
    [container],
  );

  /** What is below changes at the person's wish: what they look at stays where it is. */
  const stay = useCallback(() => {
    sticking.current = false;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `content` is what moves the end.
  useLayoutEffect(() => {
    if (sticking.current && led.current === null) toEnd();
  }, [content, toEnd]);

  return { away, toEnd, lead, stay };
}

/** Above and below a message that is marked: its frame is drawn there. */
const ROOM_PX = 24;

/** In the middle; of what is higher than the view, the beginning. */
function center(container: Element, element: Element): void {
  const fits = element.getBoundingClientRect().height + 2 * ROOM_PX < container.clientHeight;
  element.scrollIntoView({ block: fits ? "center" : "start" });
}
