/** What database/gridd.db keeps of the fleet: ends of processes, their usage, the user's verbs. */

/** How the last process of an instance ended. */
export interface LastExit {
  readonly at: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: string;
  readonly stderr_tail: readonly string[];
}

/** One ended process of an instance. */
export interface ExitEntry extends LastExit {
  /** Null where the end is known from the registry alone. */
  readonly generation: number | null;
  readonly pid: number | null;
  /** Started by an earlier supervisor than the one that noted its end. */
  readonly adopted: boolean;
}

/** One minute of an instance with all its processes: percent of one core, MiB. */
export interface UsageMinute {
  /** Begin of the minute. */
  readonly at: string;
  readonly cpu_avg: number;
  readonly cpu_max: number;
  readonly memory_avg: number;
  readonly memory_max: number;
  /** Most processes at once. */
  readonly processes: number;
  readonly samples: number;
}

/** Answer of `GET /api/instances/:id/usage`: the last day, oldest first; gaps where none ran. */
export interface UsageHistory {
  readonly id: string;
  readonly minutes: readonly UsageMinute[];
}

/** One verb of the user. `instance`: null where it was about the whole home. */
export interface AuditEntry {
  readonly at_ms: number;
  readonly verb: string;
  readonly instance: string | null;
  /** What was asked for, as JSON. */
  readonly what: string;
  /** `ok`, or the error's code. */
  readonly outcome: string;
  readonly message: string;
}

/** A verb as it is noted; where it does not say who gave it, somebody at the command line did. */
export interface AuditNote extends AuditEntry {
  /** Name of the user or "token"; never a secret. */
  readonly who?: string;
  /** "cli", "console", "page" or "config", with the address where there is one. */
  readonly from?: string;
  /** What it was before and is after, where the verb changed a value. */
  readonly before?: string | null;
  readonly after?: string | null;
  /** Tells notes apart that may come more than once; absent: it comes once. */
  readonly mark?: string | null;
}

/** How the supervisor's own history fares. */
export interface HistoryFacts {
  /** Entries that could not be kept since the supervisor's start. */
  readonly lost: number;
  /** Files set aside as unreadable since then. */
  readonly set_aside: number;
  /** Why nothing can be written at present; null: all is well. */
  readonly fault: string | null;
}
