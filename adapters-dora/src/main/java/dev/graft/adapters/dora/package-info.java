/** DoRA: a trained magnitude for every output beside a low-rank change of the weight. */
@NullMarked
package dev.graft.adapters.dora;

import org.jspecify.annotations.NullMarked;
