#pragma once
// Scratch memory of Encoder::encode for one thread (all of it in one struct, a shape on each member). To be written with the encoder.
