/** What can go wrong between the commit of a transition and the people who are told, and what must happen now and then. */
import type { Chaos } from "../chaos.ts";

export const DELIVERY_FAULTS = [
  // Any process.
  "kill",
  "freeze",
  "slow-store",
  "skewed-clock",
  "second-writer",
  // The store of alerts.
  "alerts-throttle",
  "alerts-unknown-applied",
  "alerts-unknown-later",
  "alerts-unknown-never",
  "alerts-lag",
  // A channel.
  "channel-refusal",
  "channel-retry-after",
  "channel-revoked",
  "channel-slow",
  "channel-unknown-applied",
  "channel-unknown-later",
  "channel-unknown-never",
  // The topic behind which Slack is.
  "topic-duplicate",
  "topic-late",
  // Slack.
  "chat-throttle",
  "chat-slow",
  "chat-unknown-applied",
  "chat-unknown-later",
  "chat-unknown-never",
] as const;

export type DeliveryFault = (typeof DELIVERY_FAULTS)[number];

export const DELIVERY_SOMETIMES = [
  "transition known by reading it back",
  "transition lost to another writer",
  "notification claimed by another sender",
  "notification put back after a failure",
  "notification sent, and completed by nobody or another",
  "copy after an outcome that was not known",
  "copy after a claim that ran out",
  "Slack: copy known by its id",
  "Slack: older than what is shown",
  "Slack: group in hand of another sender",
  "Slack: posted again after a claim that ran out",
  "Slack: written over by a sender whose claim ran out",
  "Slack: given up by the topic, and put back",
  "notification received exactly once, without faults",
] as const;

export type DeliveryPoint = (typeof DELIVERY_SOMETIMES)[number];

export type DeliveryChaos = Chaos<DeliveryFault, DeliveryPoint>;
