#include "storage/health.h"

void health_note(struct health *h, const struct error *err)
{
	if (err->code != ERR_NO_SPACE && err->code != ERR_IO)
		return;
	pthread_mutex_lock(&h->lock);
	h->sick = true;
	h->why = *err;
	pthread_mutex_unlock(&h->lock);
}

void health_clear(struct health *h)
{
	pthread_mutex_lock(&h->lock);
	h->sick = false;
	pthread_mutex_unlock(&h->lock);
}

int health_read(struct health *h, struct error *err)
{
	bool sick;

	pthread_mutex_lock(&h->lock);
	sick = h->sick;
	if (sick && err)
		*err = h->why;
	pthread_mutex_unlock(&h->lock);
	return sick ? -1 : 0;
}
