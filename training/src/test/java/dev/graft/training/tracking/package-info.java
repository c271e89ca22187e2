@NullMarked
package dev.graft.training.tracking;

import org.jspecify.annotations.NullMarked;
