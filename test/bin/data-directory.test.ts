/** The directory guard and the commands that look into it, on real directories and a real second process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  announceUrl,
  inspectDirectory,
  openStore,
  prepareDirectory,
  requireDirectory,
  runningProcess,
} from "../../bin/data-directory.ts";
import { brawler } from "./brawler-process.ts";

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "brawler-data-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const MODULE = fileURLToPath(new URL("../../bin/data-directory.ts", import.meta.url));

describe("prepareDirectory", () => {
  it("makes an absent or empty directory ours, and finds it so afterwards", () => {
    const parent = emptyDirectory();
    const absent = join(parent, "deep", "data");
    expect(inspectDirectory(absent)).toBe("absent");
    prepareDirectory(absent);
    expect(inspectDirectory(absent)).toBe("ours");
    expect(requireDirectory(absent).root).toBe(absent);
    expect(inspectDirectory(emptyDirectory())).toBe("empty");
  });

  it.each([
    { name: "thesis.docx", content: "", when: "it holds something else" },
    { name: "brawler-data.json", content: "{}", when: "its marker says nothing" },
    {
      name: "brawler-data.json",
      content: '{"format":"brawler.data/9"}',
      when: "its marker is of another version",
    },
  ])("refuses a directory when $when", ({ name, content }) => {
    const directory = emptyDirectory();
    writeFileSync(join(directory, name), content);
    expect(() => prepareDirectory(directory)).toThrow("not a data directory");
    expect(readdirSync(directory)).toEqual([name]);
  });

  it("refuses a path that is a file, and says what to name instead", () => {
    const path = join(emptyDirectory(), "file");
    writeFileSync(path, "");
    expect(() => prepareDirectory(path)).toThrow("cannot use the data directory");
  });
});

describe("openStore", () => {
  it("lets one write, and tells others who that is and where its page is, until it closes", () => {
    const paths = prepareDirectory(emptyDirectory());
    expect(runningProcess(paths)).toBeUndefined();
    const store = openStore(paths);
    announceUrl(store, "http://127.0.0.1:4173");
    expect(runningProcess(paths)).toMatchObject({
      pid: process.pid,
      url: "http://127.0.0.1:4173",
    });
    expect(() => openStore(paths)).toThrow("this data directory is in use");
    store.close();
    expect(runningProcess(paths)).toBeUndefined();
    openStore(paths).close();
  });

  it("lets the next one write when the last was killed", async () => {
    const paths = prepareDirectory(emptyDirectory());
    const script = `
      const { openStore } = await import(${JSON.stringify(MODULE)});
      globalThis.store = openStore(${JSON.stringify(paths)});
      console.log("open");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    await once(child.stdout, "data");
    expect(runningProcess(paths)?.pid).toBe(child.pid);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(runningProcess(paths)).toBeUndefined();
  });
});

describe("brawler reset", () => {
  it("asks on a terminal only: without one it wants --yes, and deletes nothing", async () => {
    const { root } = prepareDirectory(emptyDirectory());
    const { exitCode, stderr } = await brawler(["reset", "--data", root]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("add --yes");
    expect(inspectDirectory(root)).toBe("ours");
  });

  it("deletes what is ours and leaves what is not", async () => {
    const paths = prepareDirectory(emptyDirectory());
    mkdirSync(paths.archive);
    writeFileSync(join(paths.archive, "hour.ndjson.zst"), "x");
    writeFileSync(`${paths.store}-wal`, "x");
    writeFileSync(`${paths.store}-wal.damaged-20260101T000000Z`, "x");
    writeFileSync(`${paths.feed}.partial`, "x");
    writeFileSync(join(paths.root, "notes.txt"), "mine");
    const { exitCode, stderr } = await brawler(["reset", "--data", paths.root, "--yes"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("left alone, because not ours: notes.txt");
    expect(readdirSync(paths.root)).toEqual(["notes.txt"]);
  });

  it("deletes the directory itself when nothing is left in it", async () => {
    const { root } = prepareDirectory(emptyDirectory());
    expect((await brawler(["reset", "--data", root, "--yes", "--quiet"])).stderr).toBe("");
    expect(existsSync(root)).toBe(false);
  });

  it("refuses a directory that is not ours, and one that is in use", async () => {
    const foreign = emptyDirectory();
    writeFileSync(join(foreign, "thesis.docx"), "years");
    const refused = await brawler(["reset", "--data", foreign, "--yes"]);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("not a data directory");
    expect(readdirSync(foreign)).toEqual(["thesis.docx"]);

    const paths = prepareDirectory(emptyDirectory());
    const store = openStore(paths);
    onTestFinished(() => store.close());
    const busy = await brawler(["reset", "--data", paths.root, "--yes"]);
    expect(busy.exitCode).toBe(3);
    expect(busy.stderr).toContain(`process ${process.pid} (`);
  });
});

describe("brawler doctor", () => {
  it("finds this machine ready, readably and as JSON", async () => {
    const data = join(emptyDirectory(), "new");
    const { exitCode, stdout } = await brawler(["doctor", "--data", data, "--port", "0", "--json"]);
    expect(exitCode).toBe(0);
    const { schema, findings } = JSON.parse(stdout) as {
      schema: string;
      findings: { check: string; verdict: string }[];
    };
    expect(schema).toBe("brawler.doctor/1");
    expect(findings.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        "Node.js",
        "SQLite",
        "zstd",
        "clock",
        "data directory",
        "disk space",
      ]),
    );
    expect(existsSync(data)).toBe(false);
  });

  it("ends with 1 and says how to mend a directory that cannot be used", async () => {
    const foreign = emptyDirectory();
    writeFileSync(join(foreign, "thesis.docx"), "years");
    const { exitCode, stdout } = await brawler(["doctor", "--data", foreign, "--port", "0"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/data directory +fail .*name another with --data DIR/);
    expect(stdout).toContain("1 of 8 checks failed");
  });
});
