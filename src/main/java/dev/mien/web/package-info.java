/** The page for people, and what other programs fetch over HTTP. */
@NullMarked
package dev.mien.web;

import org.jspecify.annotations.NullMarked;
