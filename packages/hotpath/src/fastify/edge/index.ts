/** `hotpath/edge`: the edge of a server: problem documents, connections that end well, and bodies as they come in. */
export { announcedLength, isArriving, isLeftUnread, readBody } from './arrival.ts';
export { connections } from './connections.ts';
export { requestErrorOf } from './known-errors.ts';
export { LATE, pathOf, problemFor, problems, sendProblem } from './problems.ts';
