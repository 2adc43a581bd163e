/** What becomes of lines that are not applied: reported by place and reason, and kept with their text. */
import type { SetAside } from "../lib/app/fold-input.ts";
import type { EventInput, ReadLine } from "./event-input.ts";
import { openQuarantine, type Quarantine } from "./quarantine.ts";
import { openRefusalReport, type RefusalReport } from "./refusal-report.ts";

export interface SetAsideLines {
  readonly report: RefusalReport;
  /** Hears of a refused line when it is read: only then are its text and its field at hand. */
  readonly onRefused: (line: ReadLine) => void;
  /** Hears of every line or event that is not applied. */
  readonly onSetAside: (aside: SetAside) => void;
  /** Looks up the texts that are still wanted, and says in which files they are. */
  readonly finish: () => Promise<readonly string[]>;
}

/** @param directory where refused lines are kept; nowhere when left out */
export function openSetAside(input: EventInput, directory: string | undefined): SetAsideLines {
  const report = openRefusalReport();
  const quarantine = directory === undefined ? undefined : openQuarantine(directory);
  const refused = new Map<number, ReadLine>();
  const wanted = new Map<number, SetAside>();
  return {
    report,
    onRefused: (line) => {
      refused.set(line.number, line);
    },
    onSetAside: (aside) => {
      const read = refused.get(aside.line);
      const { reason, detail } = aside;
      const placed = { ...input.locate(aside.line), reason, detail, field: read?.refusal?.field };
      report.add(placed);
      if (read === undefined) wanted.set(aside.line, aside);
      else quarantine?.add(placed, read.text());
      refused.delete(aside.line);
    },
    finish: async () => {
      if (quarantine === undefined) return [];
      await keepTexts(input, wanted, quarantine);
      return quarantine.close();
    },
  };
}

/** The fold sets events aside long after their lines have passed: one more reading finds the texts. */
async function keepTexts(
  input: EventInput,
  wanted: ReadonlyMap<number, SetAside>,
  quarantine: Quarantine,
): Promise<void> {
  if (wanted.size === 0) return;
  const onLines = async (lines: readonly ReadLine[]): Promise<undefined> => {
    for (const line of lines) {
      const aside = wanted.get(line.number);
      if (aside === undefined) continue;
      const { reason, detail } = aside;
      const place = input.locate(line.number);
      quarantine.add({ ...place, reason, detail, field: undefined }, line.text());
    }
    return undefined;
  };
  for await (const _ of input.batches({ onLines }));
}
