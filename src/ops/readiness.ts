/**
 * Whether this replica takes new calls. Turned off once, when it begins to drain.
 */
import { Injectable } from '@nestjs/common';

@Injectable()
export class Readiness {
  private draining = false;

  get isDraining(): boolean {
    return this.draining;
  }

  beginDraining(): void {
    this.draining = true;
  }
}
