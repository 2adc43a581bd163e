/** Links and anchors of our Markdown, by enough of GitHub's rules to tell whether one resolves. */
import { posix } from "node:path";
import { exists, read } from "./tree.ts";

/** Those of the links (all of the page's own unless given) that lead to no file or to no heading. */
export function deadReferences(page: string, links = localLinks(read(page))): string[] {
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : posix.join(posix.dirname(page), path);
    if (!exists(target)) return true;
    return anchor !== undefined && !anchors(read(target)).has(anchor);
  });
}

/** The anchors of a page: one per heading, numbered when a heading repeats. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading = ""] of withoutFences(markdown).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = slugOf(heading);
    const repeat = seen.get(slug) ?? 0;
    seen.set(slug, repeat + 1);
    found.add(repeat === 0 ? slug : `${slug}-${repeat}`);
  }
  return found;
}

/** Targets of links and images, anchors included; web addresses left out. */
function localLinks(markdown: string): string[] {
  const link = /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"\s]+)"/g;
  return Array.from(
    withoutFences(markdown).matchAll(link),
    (match) => match[1] ?? match[2] ?? "",
  ).filter((target) => !/^[a-z]+:/.test(target));
}

function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, "");
}
