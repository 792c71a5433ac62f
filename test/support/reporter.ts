import Mocha = require("mocha");

/** Mocha's own report, and after it a last line with the counts that people and CI look for. */
class SummaryReporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes = 0, failures = 0, pending = 0 } = this.stats;
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}

export = SummaryReporter;
