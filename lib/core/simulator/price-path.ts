/**
 * A log-price path at one-second resolution with stochastic volatility, shared by every instrument that
 * follows it: the whole market's path, and one for each asset. It depends on the seed and its own name only,
 * so instruments see the same path whichever of them are simulated.
 */
import { MINUTE_US, SECOND_US } from "../units.ts";
import { chance, normal, type RngState, stream, studentT, uniform } from "./rng.ts";
import { season } from "./season.ts";

/** Where a path stands before a minute is drawn: enough to draw it, and all after it, again. */
export interface PathState {
  /** Whole minutes since the epoch. */
  minute: number;
  /** Log price relative to the start. */
  level: number;
  /** Log volatility: three Ornstein–Uhlenbeck processes, stationary with mean 0. */
  fast: number;
  medium: number;
  slow: number;
  readonly rng: RngState;
}

export interface PathStyle {
  /** Root mean square of a day's move, jumps left out. */
  readonly volatilityPerDay: number;
  /** Standard deviation of each part of the log volatility, fastest first. */
  readonly volOfVol: readonly [number, number, number];
  readonly jumpsPerDay: number;
  /** Scale of a jump: times Student's t with three degrees of freedom. */
  readonly jumpSize: number;
}

/** What the world around a path adds to its minute. */
export interface MinuteWeather {
  /** Log volatility that comes from elsewhere, and its stationary variance. */
  readonly logVolatility: number;
  /** Factor on the volatility. */
  readonly volatility: number;
  readonly isNull: boolean;
}

/** Half-lives of 15 minutes, 6 hours and 2 days, as one-minute autoregressions. */
const DECAYS = [15, 360, 2_880].map((minutes) => Math.exp(-Math.LN2 / minutes)) as [
  number,
  number,
  number,
];
const NOISES = DECAYS.map((decay) => Math.sqrt(1 - decay * decay)) as [number, number, number];

const SECONDS = 60;
/** Powers of two, so that a mask finds the slot. */
const RING_SECONDS = 8_192;
const RING_MINUTES = 128;
const SECOND_MASK = RING_SECONDS - 1;
const MINUTE_MASK = RING_MINUTES - 1;
const DAY_SECONDS = 86_400;

export class PricePath {
  private readonly style: PathStyle;
  private readonly state: PathState;
  private readonly variance: number;
  /** Level at the start of each second, by second masked to the ring. */
  private readonly levels = new Float64Array(RING_SECONDS);
  private readonly volatilities = new Float64Array(RING_MINUTES);
  private readonly logVols = new Float64Array(RING_MINUTES);
  private readonly starts: (PathState | undefined)[] = new Array(RING_MINUTES).fill(undefined);

  constructor(style: PathStyle, state: PathState) {
    this.style = style;
    this.state = { ...state, rng: { ...state.rng } };
    this.variance = style.volOfVol.reduce((sum, sd) => sum + sd * sd, 0);
    this.levels[(state.minute * SECONDS) & SECOND_MASK] = state.level;
  }

  /** The first whole minute that is not drawn yet. */
  get nextMinute(): number {
    return this.state.minute;
  }

  /** Draws the next minute. */
  drawMinute(weather: MinuteWeather): void {
    const state = this.state;
    const slot = state.minute & MINUTE_MASK;
    this.starts[slot] = { ...state, rng: { ...state.rng } };
    const factor = weather.isNull ? 1 : this.volatilityFactor(weather);
    this.logVols[slot] = state.fast + state.medium + state.slow;
    this.volatilities[slot] = factor;
    this.fill(factor, weather.isNull);
    this.stepVolatility();
    state.minute++;
  }

  /** exp(x − V/2) has mean 1, so that the usual volatility is the usual one on average. */
  private volatilityFactor(weather: MinuteWeather): number {
    const state = this.state;
    const own = state.fast + state.medium + state.slow - this.variance / 2;
    return Math.exp(own + weather.logVolatility) * weather.volatility * season(state.minute);
  }

  private fill(factor: number, isNull: boolean): void {
    const { rng } = this.state;
    const scale = (this.style.volatilityPerDay / Math.sqrt(DAY_SECONDS)) * factor;
    const jumpChance = isNull ? 0 : this.style.jumpsPerDay / 1_440;
    const jumpSecond = chance(rng, jumpChance) ? Math.floor(uniform(rng) * SECONDS) : -1;
    let level = this.state.level;
    const first = this.state.minute * SECONDS;
    for (let i = 0; i < SECONDS; i++) {
      this.levels[(first + i) & SECOND_MASK] = level;
      level += scale * normal(rng);
      if (i === jumpSecond) level += this.style.jumpSize * studentT(rng, 3);
    }
    this.levels[(first + SECONDS) & SECOND_MASK] = level;
    this.state.level = level;
  }

  private stepVolatility(): void {
    const state = this.state;
    const [fastSd, mediumSd, slowSd] = this.style.volOfVol;
    const [fast, medium, slow] = DECAYS;
    const [fastNoise, mediumNoise, slowNoise] = NOISES;
    state.fast = state.fast * fast + fastSd * fastNoise * normal(state.rng);
    state.medium = state.medium * medium + mediumSd * mediumNoise * normal(state.rng);
    state.slow = state.slow * slow + slowSd * slowNoise * normal(state.rng);
  }

  /** Log price at `timeUs`, straight between whole seconds; within the last hour or two drawn. */
  at(timeUs: number): number {
    const seconds = timeUs / SECOND_US;
    const second = Math.floor(seconds);
    const from = this.levels[second & SECOND_MASK] ?? 0;
    const to = this.levels[(second + 1) & SECOND_MASK] ?? 0;
    return from + (to - from) * (seconds - second);
  }

  /** Volatility of a drawn minute relative to the usual one. */
  volatilityAt(minute: number): number {
    return this.volatilities[minute & MINUTE_MASK] ?? 1;
  }

  /** Log volatility of a drawn minute, stationary with mean 0. */
  logVolatilityAt(minute: number): number {
    return this.logVols[minute & MINUTE_MASK] ?? 0;
  }

  /** The state from which everything at or after `timeUs` can be drawn again. */
  stateAt(timeUs: number): PathState {
    const minute = Math.floor(timeUs / MINUTE_US);
    const start = this.starts[minute & MINUTE_MASK];
    const found = minute < this.state.minute && start?.minute === minute ? start : this.state;
    return { ...found, rng: { ...found.rng } };
  }
}

/** A path's beginning: level 0, volatility drawn from its stationary law. */
export function initialPath(
  seed: number,
  name: string,
  style: PathStyle,
  minute: number,
): PathState {
  const rng = stream(seed, "path", name);
  const [fastSd, mediumSd, slowSd] = style.volOfVol;
  return {
    minute,
    level: 0,
    fast: fastSd * normal(rng),
    medium: mediumSd * normal(rng),
    slow: slowSd * normal(rng),
    rng,
  };
}
