/**
 * The registry room: configs from file to validated value, what they claim, and the locked
 * logs/instances.json. It starts no process and knows no venue; secrets pass through `expandConfig`
 * only.
 */
export type { ExternalProgram, LoadedConfig } from './loaded-config.ts';
export { loadConfigText, readConfigFile } from './config-file.ts';
export type { ReadOptions } from './config-file.ts';
export { expandConfig, namedVariables, readEnvFile } from './variables.ts';
export type { ExpandedConfig, Variables } from './variables.ts';
export { accountName, fingerprint, keyFingerprint } from './key-fingerprint.ts';
export { refuseExposedEnv } from './live-checks.ts';
export { followWebToken, makeWebToken, refuseOpenAddress } from './web-token.ts';
export { readAlertConfig } from './alert-config.ts';
export type { LoadedAlerts } from './alert-config.ts';
export {
  activeClaims,
  activeFiles,
  findActiveFile,
  idOfText,
  sameClaims,
} from './active-configs.ts';
export { readConsoleConfig } from './console-config.ts';
export type { ActiveClaim, Claim } from './active-configs.ts';
export { changedPaths, createConfigText, isLink, replaceConfigText } from './config-text.ts';
export { isPassing, readConfigText } from './jsonc-text.ts';
export { keepTakenText, readTakenText, takenFile, textDigest } from './taken-text.ts';
export { masked, unmasked } from './secret-masks.ts';
export {
  GUARDED_KEYS,
  configRoot,
  guardedIn,
  guardedNewProblems,
  guardedProblems,
  readOnlyError,
} from './guarded-keys.ts';
export type { ConfigRoot } from './guarded-keys.ts';
export { claimedPorts, conflictError, findConflicts } from './conflicts.ts';
export type { Conflict } from './conflicts.ts';
export { newRecord } from './new-record.ts';
export { readBotRecord } from './registry-rebuild.ts';
export { openRegistry } from './registry-file.ts';
export type { RecordChange, Registry, RegistryOptions } from './registry-file.ts';
export { listTemplates, newInstance, templateText } from './template.ts';
export { checkInstanceId } from './instance-id.ts';
export { guardedFormSchema } from './form-schema.ts';
export {
  archiveInstance,
  archivedConfig,
  archivedFiles,
  archivedHint,
  bringBack,
  unarchiveInstance,
} from './archive.ts';
export type { Archived, Returning } from './archive.ts';
export { unknownInstance } from './unknown-instance.ts';
export { convertFlat } from './convert.ts';
export { HOW_APPLIED, appliedAs, changedKeys } from './reload-table.ts';
export type { HowApplied } from './reload-table.ts';
export { findLeftovers } from './leftovers.ts';
export type { Leftover } from './leftovers.ts';
export { cleanUp, judgeRecord, livingIds, recordLives } from './cleanup.ts';
export {
  beginStaging,
  commitStaged,
  dropStaged,
  finishRestore,
  finishedSentence,
  stagedFile,
  unfinishedRestore,
} from './staged-restore.ts';
export type { StagedRestore } from './staged-restore.ts';
