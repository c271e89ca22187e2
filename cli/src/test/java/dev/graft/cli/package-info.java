/** Tests of the command line, in process. */
@NullMarked
package dev.graft.cli;

import org.jspecify.annotations.NullMarked;
