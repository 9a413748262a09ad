/** Which errors of the driver mean that the database is away, and which that a statement is wrong. */
import { runInNewContext } from 'node:vm';
import { meansAway } from '../../src/persistence/away.js';

const withCode = (code: string, message = ''): Error => Object.assign(new Error(message), { code });

describe('the database is away', () => {
  it.each([
    ['a socket was refused', withCode('ECONNREFUSED')],
    ['a socket broke', withCode('ECONNRESET')],
    ['the server shuts down', withCode('57P01')],
    ['the server starts', withCode('57P03')],
    ['the server is full', withCode('53300')],
    ['a connection of the server failed', withCode('08006')],
    ['a standby answers', withCode('25006')],
    ['the driver lost the connection', new Error('Connection terminated unexpectedly')],
    ['no connection came in time', new Error('timeout exceeded when trying to connect')],
    ['no answer came in time', new Error('Query read timeout')],
    ['every address failed', new AggregateError([new Error('other'), withCode('ECONNREFUSED')])],
    ['the driver’s error is wrapped', new Error('Failed query', { cause: withCode('ECONNRESET') })],
    ['the error is of another realm', runInNewContext(`Object.assign(new Error(''), { code: 'EPIPE' })`)],
  ])('when %s', (_what, error) => {
    expect(meansAway(error)).toBe(true);
  });

  it.each([
    ['a row is there already', withCode('23505')],
    ['a table is missing', withCode('42P01')],
    ['statements block each other', withCode('40P01')],
    ['it is no error of the driver', new TypeError('x is undefined')],
    ['it is no error', 'ECONNREFUSED'],
    ['there is nothing', undefined],
    [
      'a refused statement only speaks of it',
      Object.assign(
        new Error('Failed query … ECONNREFUSED', { cause: withCode('22P05', 'near "ECONNREFUSED"') }),
        {
          query: 'insert',
        },
      ),
    ],
  ])('and is not when %s', (_what, error) => {
    expect(meansAway(error)).toBe(false);
  });
});
