/** What the product says about a metric wherever it shows one: in the catalogue, on cards, in the handbook. */
export interface MetricDescription {
  /** The file's name, which is the anchor in docs/reference/metrics.md. */
  readonly id: string;
  readonly title: string;
  /** One sentence, for someone who sees the figure for the first time. */
  readonly summary: string;
  readonly formula: string;
  readonly unit: string;
  /** What a positive value means. */
  readonly sign: string;
  /** The module that defines it. */
  readonly module: string;
  /** Raised when the formula changes: stored history must say which one made it. */
  readonly version: number;
}
