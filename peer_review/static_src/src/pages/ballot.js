// The ballot page of signed-in evaluators; a kiosk's page starts the same with a way to ask for an envelope.
import { startBallot } from "../ballot/start.js";

await startBallot();
