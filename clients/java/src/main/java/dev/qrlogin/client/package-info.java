/** The client of qrlogin: signs users in to a website by a QR code and a mobile app. */
@NullMarked
package dev.qrlogin.client;

import org.jspecify.annotations.NullMarked;
