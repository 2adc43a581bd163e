/** The page that a deployment carries is built: templates hold its fingerprint. Nothing to do while it is fresh. */
export async function setup(): Promise<void> {
  await import("../../bin/build-page.ts");
}
