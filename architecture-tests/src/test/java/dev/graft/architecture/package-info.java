/** The rules between Graft's modules, as tests. */
@NullMarked
package dev.graft.architecture;

import org.jspecify.annotations.NullMarked;
