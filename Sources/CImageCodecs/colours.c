// Colours from one profile to another, by lcms2.

#include "colours.h"

#include <stdlib.h>

static cmsHPROFILE open_profile(const uint8_t *bytes, size_t count) {
  return bytes == NULL ? cmsCreate_sRGBProfile() : cmsOpenProfileFromMem(bytes, (cmsUInt32Number)count);
}

static cmsHTRANSFORM transform(cmsHPROFILE from, cmsColorSpaceSignature space, cmsUInt32Number format, cmsHPROFILE to,
                               cmsUInt32Number intent) {
  cmsHTRANSFORM result = NULL;
  if (from != NULL && to != NULL && cmsGetColorSpace(from) == space && cmsGetColorSpace(to) == cmsSigRgbData) {
    result = cmsCreateTransform(from, format, to, TYPE_RGB_8, intent, 0);
  }
  if (from != NULL) cmsCloseProfile(from);
  if (to != NULL) cmsCloseProfile(to);
  return result;
}

// Perceptual, as Pillow's default: what a printer cannot show is not clipped.
cmsHTRANSFORM inks_to_srgb(const uint8_t *profile, size_t count) {
  if (profile == NULL) return NULL;
  return transform(open_profile(profile, count), cmsSigCmykData, TYPE_CMYK_8_REV, cmsCreate_sRGBProfile(),
                   INTENT_PERCEPTUAL);
}

int cic_is_profile(const uint8_t *profile, size_t count) {
  cmsHPROFILE from = open_profile(profile, count), to = cmsCreate_sRGBProfile();
  cmsHTRANSFORM change = NULL;
  if (from != NULL && to != NULL) {
    cmsProfileClassSignature kind = cmsGetDeviceClass(from);
    cmsUInt32Number format = cmsFormatterForColorspaceOfProfile(from, 1, FALSE);
    if (kind != cmsSigLinkClass && kind != cmsSigNamedColorClass && format != 0) {
      change = cmsCreateTransform(from, format, to, TYPE_RGB_8, INTENT_PERCEPTUAL, cmsFLAGS_NOOPTIMIZE);
    }
  }
  if (from != NULL) cmsCloseProfile(from);
  if (to != NULL) cmsCloseProfile(to);
  if (change == NULL) return 0;
  cmsDeleteTransform(change);
  return 1;
}

cic_status cic_convert_rgb(const uint8_t *from, size_t from_count, const uint8_t *to, size_t to_count, uint8_t *pixels,
                           size_t count) {
  cmsHTRANSFORM change = transform(open_profile(from, from_count), cmsSigRgbData, TYPE_RGB_8, open_profile(to, to_count),
                                   INTENT_RELATIVE_COLORIMETRIC);
  if (change == NULL) return CIC_UNSUPPORTED;
  // lcms2 counts pixels in 32 bits.
  for (size_t done = 0, part; done < count; done += part) {
    part = count - done < 1 << 20 ? count - done : 1 << 20;
    cmsDoTransform(change, pixels + 3 * done, pixels + 3 * done, (cmsUInt32Number)part);
  }
  cmsDeleteTransform(change);
  return CIC_OK;
}

/// Takes over the curve.
static cic_status make_profile(cmsToneCurve *curve, const double *xy, uint8_t **profile, size_t *count) {
  cmsCIExyY white = {xy[0], xy[1], 1};
  cmsCIExyYTRIPLE primaries = {{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
  cmsToneCurve *curves[3] = {curve, curve, curve};
  cmsHPROFILE made = curve == NULL ? NULL : cmsCreateRGBProfile(&white, &primaries, curves);
  cmsUInt32Number size = 0;
  uint8_t *bytes = NULL;
  if (made != NULL) {
    cmsSetProfileVersion(made, 2.4);
    if (cmsSaveProfileToMem(made, NULL, &size) && (bytes = malloc(size)) != NULL &&
        !cmsSaveProfileToMem(made, bytes, &size)) {
      free(bytes);
      bytes = NULL;
    }
    cmsCloseProfile(made);
  }
  if (curve != NULL) cmsFreeToneCurve(curve);
  if (bytes == NULL) return CIC_UNSUPPORTED;
  *profile = bytes;
  *count = size;
  return CIC_OK;
}

cic_status cic_rgb_profile(double gamma, const double *white_and_primaries, uint8_t **profile, size_t *count) {
  return make_profile(cmsBuildGamma(NULL, gamma), white_and_primaries, profile, count);
}

cic_status cic_rgb_profile_of_curve(const uint16_t *curve, uint32_t curve_count, const double *white_and_primaries,
                                    uint8_t **profile, size_t *count) {
  return make_profile(cmsBuildTabulatedToneCurve16(NULL, curve_count, curve), white_and_primaries, profile, count);
}

cic_status cic_gray_curve(const uint8_t *profile, size_t count, uint16_t *curve, uint32_t curve_count) {
  cmsHPROFILE from = open_profile(profile, count), to = cmsCreateXYZProfile();
  cmsHTRANSFORM change = NULL;
  if (from != NULL && to != NULL && cmsGetColorSpace(from) == cmsSigGrayData) {
    change = cmsCreateTransform(from, TYPE_GRAY_DBL, to, TYPE_XYZ_DBL, INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
  }
  if (from != NULL) cmsCloseProfile(from);
  if (to != NULL) cmsCloseProfile(to);
  if (change == NULL) return CIC_UNSUPPORTED;
  for (uint32_t i = 0; i < curve_count; i++) {
    double value = (double)i / (curve_count - 1), light[3];
    cmsDoTransform(change, &value, light, 1);
    double y = light[1] < 0 ? 0 : light[1] > 1 ? 1 : light[1];
    curve[i] = (uint16_t)(65535 * y + 0.5);
  }
  cmsDeleteTransform(change);
  return CIC_OK;
}
