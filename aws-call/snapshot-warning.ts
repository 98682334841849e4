/** For the log: said once, by the one that answers the read. */
export const READ_BEFORE_SNAPSHOT =
  'A value was read before the snapshot. The function keeps it in the snapshot, which all environments of this version share, and no rotation changes it there. Read it in the handler, or in afterRestore of lambda-node-extended/snapstart.';
