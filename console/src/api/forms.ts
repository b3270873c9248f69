// The forms of what the API tells and takes, as its own description has them (`types.ts` is made of that).
import type { components } from "./types";

type Forms = components["schemas"];

export type Caller = Forms["Caller"];
export type ClusterView = Forms["ClusterView"];
export type PoolStatus = Forms["PoolStatus"];
export type PoolHistory = Forms["PoolHistory"];
export type PoolSchedule = Forms["PoolSchedule"];
export type NodeView = Forms["NodeView"];
export type IncidentView = Forms["IncidentView"];
export type Incident = Forms["Incident"];
export type OperationView = Forms["OperationView"];
export type Explained = Forms["Explained"];
export type GuardAnswer = Forms["Answer"];
export type Said = Forms["Said"];
export type Override = Forms["Override"];
export type Entry = Forms["Entry"];
export type AuditRecord = Forms["AuditRecord"];
export type Month = Forms["Month"];
export type Item = Forms["Item"];
export type PolicyView = Forms["PolicyView"];
export type Problem = Forms["Problem"];
export type Done = Forms["Done"];
export type Role = Forms["Caller"]["role"];

export interface List<T> {
  items: T[];
  next?: string;
}
