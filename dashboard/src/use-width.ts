import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element as it is laid out, so that text in an SVG keeps its size. */
export function useWidth(initial: number) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useLayoutEffect(() => {
    const node = element.current;
    if (node === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(220, node.clientWidth)));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
