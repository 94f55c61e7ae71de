import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 80;

/**
 * Keeps the end in view while text arrives, unless the person scrolled up to read. What moves the end is watched
 * itself: text is drawn at a pace of its own, and formulas and pictures of it change its height later.
 */
export function useStickToEnd(container: RefObject<HTMLElement | null>, content: unknown) {
  const sticking = useRef(true);
  const last = useRef({ top: 0, height: 0 });
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
      if (sticking.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener("scroll", look, { passive: true });
    // The text grows within; a notice or a longer draft takes room from below.
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [container]);

  const toEnd = useCallback(() => {
    const element = container.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
    sticking.current = true;
    setAway(false);
  }, [container]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `content` is what moves the end.
  useLayoutEffect(() => {
    if (sticking.current) toEnd();
  }, [content, toEnd]);

  return { away, toEnd };
}
