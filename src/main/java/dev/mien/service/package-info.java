/** The cameras of a configuration, run until they end; what changes in it is applied. */
@NullMarked
package dev.mien.service;

import org.jspecify.annotations.NullMarked;
