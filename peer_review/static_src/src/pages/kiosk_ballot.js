// The second page of the kiosk: the ballot page for whoever holds an envelope.
import { startBallot } from "../ballot/start.js";
import { carried } from "../ui/dom.js";
import { askForTicket, leaveWhenIdle } from "../envelopes/kiosk.js";

leaveWhenIdle(carried("ballot-config"));
await startBallot({ askForTicket });
