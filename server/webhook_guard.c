#include "server/webhook_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_PRIVILEGED_MAX = 1023, URL_BYTES_MAX = 2000, CIDR_SIZE = 64 };

/* All addresses as 128 bits, IPv4 as ::ffff:a.b.c.d. */
struct network {
	const char *text;
	unsigned bits;
};

/* IANA's special-purpose registries (RFC 6890 and its updates), without what is globally reachable; multicast. */
static const struct network forbidden_v4[] = {
	{ "0.0.0.0", 8 },      { "10.0.0.0", 8 },     { "100.64.0.0", 10 }, { "127.0.0.0", 8 },
	{ "169.254.0.0", 16 }, { "172.16.0.0", 12 },  { "192.0.0.0", 24 },  { "192.0.2.0", 24 },
	{ "192.88.99.0", 24 }, { "192.168.0.0", 16 }, { "198.18.0.0", 15 }, { "198.51.100.0", 24 },
	{ "203.0.113.0", 24 }, { "224.0.0.0", 4 },    { "240.0.0.0", 4 },
};

/* Within 2000::/3, the only block of public unicast addresses: tunnels that carry an IPv4 address, documentation. */
static const struct network forbidden_v6[] = {
	{ "2001::", 23 },
	{ "2001:db8::", 32 },
	{ "2002::", 16 },
	{ "3fff::", 20 },
};

static bool has_prefix(const uint8_t *address, const uint8_t *network, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, network, whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ network[whole]) & (0xff00u >> rest & 0xff)) == 0;
}

static bool is_in_v4(const uint8_t address[4], const struct network *list, size_t n)
{
	struct in_addr network;

	for (size_t i = 0; i < n; i++)
		if (inet_pton(AF_INET, list[i].text, &network) == 1 &&
		    has_prefix(address, (const uint8_t *)&network, list[i].bits))
			return true;
	return false;
}

static bool is_in_v6(const uint8_t address[16], const struct network *list, size_t n)
{
	struct in6_addr network;

	for (size_t i = 0; i < n; i++)
		if (inet_pton(AF_INET6, list[i].text, &network) == 1 &&
		    has_prefix(address, network.s6_addr, list[i].bits))
			return true;
	return false;
}

static bool is_public_v4(const uint8_t address[4])
{
	return !is_in_v4(address, forbidden_v4, sizeof forbidden_v4 / sizeof forbidden_v4[0]);
}

static bool is_public_v6(const uint8_t address[16])
{
	static const uint8_t unicast[16] = { 0x20 }, mapped[16] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[16] = { 0x00, 0x64, 0xff, 0x9b };

	if (has_prefix(address, mapped, 96) || has_prefix(address, nat64, 96))
		return is_public_v4(address + 12);
	return has_prefix(address, unicast, 3) &&
	       !is_in_v6(address, forbidden_v6, sizeof forbidden_v6 / sizeof forbidden_v6[0]);
}

/* "ADDRESS/BITS" or "ADDRESS", with its end at n. */
static int parse_cidr(const char *text, size_t n, int *family, uint8_t network[16], unsigned *bits)
{
	char copy[CIDR_SIZE], *slash, *end;
	unsigned long given, most;

	if (n == 0 || n >= sizeof copy)
		return -1;
	memcpy(copy, text, n);
	copy[n] = '\0';
	slash = strchr(copy, '/');
	if (slash)
		*slash = '\0';
	*family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	most = *family == AF_INET6 ? 128 : 32;
	given = slash ? strtoul(slash + 1, &end, 10) : most;
	if (slash && (slash[1] < '0' || slash[1] > '9' || *end))
		return -1;
	*bits = (unsigned)given;
	return given <= most && inet_pton(*family, copy, network) == 1 ? 0 : -1;
}

static bool is_listed(int family, const uint8_t *address, const char *list)
{
	uint8_t network[16];
	unsigned bits;
	int of;

	for (size_t n; list && *list; list += n) {
		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n > 0 && parse_cidr(list, n, &of, network, &bits) == 0 && of == family &&
		    has_prefix(address, network, bits))
			return true;
	}
	return false;
}

int webhook_guard_check_list(const char *list, struct error *err)
{
	uint8_t network[16];
	unsigned bits;
	int family;

	for (size_t n; list && *list; list += n) {
		list += strspn(list, ", ");
		n = strcspn(list, ", ");
		if (n > 0 && parse_cidr(list, n, &family, network, &bits) < 0)
			return error_set(err, ERR_INVALID,
					 "--webhook-allow takes networks like 10.0.0.0/8, found '%.*s'",
					 (int)(n < 60 ? n : 60), list);
	}
	return 0;
}

bool webhook_guard_allows(const struct sockaddr *address, const char *allowed)
{
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes;

	if (address->sa_family == AF_INET) {
		bytes = (const uint8_t *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
		return is_public_v4(bytes) || is_listed(AF_INET, bytes, allowed);
	}
	if (address->sa_family != AF_INET6)
		return false;
	bytes = ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr;
	if (has_prefix(bytes, mapped, 96))
		return is_public_v4(bytes + 12) || is_listed(AF_INET, bytes + 12, allowed);
	return is_public_v6(bytes) || is_listed(AF_INET6, bytes, allowed);
}

/* The port after the host, or 0; -1 when it is none. */
static long port_of(const char *authority, size_t n)
{
	const char *colon = memrchr(authority, ':', n), *bracket = memrchr(authority, ']', n);
	char *end;
	long port;

	if (!colon || (bracket && bracket > colon))
		return 0;
	if (colon + 1 == authority + n)
		return 0;
	port = strtol(colon + 1, &end, 10);
	return colon[1] >= '0' && colon[1] <= '9' && end == authority + n && port > 0 && port <= 65535 ? port : -1;
}

int webhook_guard_check_url(const char *url, struct error *err)
{
	const char *authority;
	size_t n;
	long port;

	if (strlen(url) > URL_BYTES_MAX)
		return error_set(err, ERR_INVALID, "a webhook's URL may have %d bytes", URL_BYTES_MAX);
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f || *c == '\\')
			return error_set(err, ERR_INVALID,
					 "a webhook's URL has no spaces, control or other characters");
	if (strncasecmp(url, "https://", 8) == 0)
		authority = url + 8;
	else if (strncasecmp(url, "http://", 7) == 0)
		authority = url + 7;
	else
		return error_set(err, ERR_INVALID, "a webhook's URL begins with https:// or http://");
	n = strcspn(authority, "/?#");
	if (n == 0 || memchr(authority, '@', n))
		return error_set(err, ERR_INVALID, "a webhook's URL has a host and no user");
	port = port_of(authority, n);
	if (port < 0 || (port > 0 && port <= PORT_PRIVILEGED_MAX && port != 80 && port != 443))
		return error_set(err, ERR_INVALID, "a webhook's port is 80, 443 or at least 1024");
	return 0;
}
