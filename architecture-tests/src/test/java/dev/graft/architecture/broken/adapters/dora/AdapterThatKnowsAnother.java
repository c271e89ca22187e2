package dev.graft.architecture.broken.adapters.dora;

import dev.graft.architecture.broken.adapters.lora.Lora;

/** Breaks: adapters do not know each other. */
record AdapterThatKnowsAnother(Lora lora) {}
