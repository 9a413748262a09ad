/**
 * Requests of the API one after the other: a client that sends many at once gets its answers as fast, and the audio of live calls goes in
 * between. Vendors and health are asked about at once.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { ApiKeys } from './api-keys.js';
import { LoopTurns } from './loop-turns.js';

/** A request takes about a millisecond, in a few pieces. */
const EACH_TURN = 1;

export function requestTurns(keys: ApiKeys): RequestHandler {
  const turns = new LoopTurns(EACH_TURN);
  return (request: Request, _response: Response, next: NextFunction) => {
    if (keys.ofRequest(request) === undefined) next();
    else turns.begin(next);
  };
}
