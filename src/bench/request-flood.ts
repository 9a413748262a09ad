/**
 * A client that asks for the list of calls again and again, nearly as often as its key may.
 */
import { Agent, get } from 'node:http';
import { Rhythm } from './rhythm.js';
import type { Api, Asking, Proof } from './trouble.js';

/** The default limit of a key is 500. */
const REQUESTS_PER_SECOND = 450;
const LOOK_EVERY_MS = 5;

export class RequestFlood implements Asking {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private readonly timer: NodeJS.Timeout;
  private lists = 0;
  private otherwise = 0;

  constructor(private readonly api: Api) {
    const rhythm = new Rhythm(1000 / REQUESTS_PER_SECOND, performance.now(), () => this.ask());
    this.timer = setInterval(() => rhythm.catchUp(performance.now()), LOOK_EVERY_MS);
  }

  get answered(): number {
    return this.lists;
  }

  end(): Promise<Proof> {
    clearInterval(this.timer);
    this.agent.destroy();
    const { answered, otherwise } = this;
    return Promise.resolve({
      'lists of calls answered': answered,
      ...(otherwise > 0 ? { 'refused or failed': otherwise } : {}),
    });
  }

  private ask(): void {
    const { url, key } = this.api;
    const headers = { authorization: `Bearer ${key}` };
    const request = get(`${url}/calls`, { agent: this.agent, headers }, (response) => {
      if (response.statusCode === 200) this.lists += 1;
      else this.otherwise += 1;
      response.resume();
    });
    request.on('error', () => (this.otherwise += 1));
  }
}
