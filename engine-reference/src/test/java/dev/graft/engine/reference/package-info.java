@NullMarked
package dev.graft.engine.reference;

import org.jspecify.annotations.NullMarked;
