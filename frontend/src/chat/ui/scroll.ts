import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 80;

/** Keeps the end in view while text arrives, unless the person scrolled up to read. */
export function useStickToEnd(container: RefObject<HTMLElement | null>, content: unknown) {
  const sticking = useRef(true);
  const [away, setAway] = useState(false);

  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const onScroll = () => {
      const left = element.scrollHeight - element.scrollTop - element.clientHeight;
      sticking.current = left < NEAR_PX;
      setAway(!sticking.current);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [container]);

  // A notice or a longer draft takes room from below.
  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (sticking.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
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
