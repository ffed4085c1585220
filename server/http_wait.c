/* Waiting without a thread. A suspended exchange stands in a ring of the server, so that http_stop() can resume them all:
 * the library aborts the process when its daemon stops with a connection suspended. */
#include "server/http_impl.h"

/* With s->lock held. */
static void suspend_locked(struct http_server *s, struct exchange *e)
{
	e->is_suspended = true;
	e->next_suspended = s->suspended.next_suspended;
	e->prev = &s->suspended;
	e->next_suspended->prev = e->prev->next_suspended = e;
	MHD_suspend_connection(e->connection);
}

bool http_suspend(struct http_request *r, http_handler next)
{
	struct exchange *e = exchange_of(r);
	struct http_server *s = e->server;
	bool can;

	pthread_mutex_lock(&s->lock);
	can = !s->is_stopping && s->n_waiting < s->config.max_suspended;
	if (can) {
		e->phase = PHASE_SUSPENDED;
		e->next = next;
		s->n_waiting++;
		suspend_locked(s, e);
	}
	pthread_mutex_unlock(&s->lock);
	return can;
}

/* With s->lock held. */
static void resume_locked(struct http_server *s, struct exchange *e)
{
	e->prev->next_suspended = e->next_suspended;
	e->next_suspended->prev = e->prev;
	e->is_suspended = false;
	s->n_waiting -= !e->is_live;
	MHD_resume_connection(e->connection);
}

void http_resume(struct http_request *r)
{
	struct exchange *e = exchange_of(r);

	pthread_mutex_lock(&e->server->lock);
	if (e->is_suspended)
		resume_locked(e->server, e);
	pthread_mutex_unlock(&e->server->lock);
}

enum live_wait http_wait_live(struct exchange *e)
{
	struct http_server *s = e->server;
	enum live_wait result = LIVE_SUSPENDED;

	pthread_mutex_lock(&s->lock);
	if (s->is_stopping)
		result = LIVE_STOPPING;
	else if (e->is_awake)
		result = LIVE_READ_AGAIN;
	else
		suspend_locked(s, e);
	e->is_awake = false;
	pthread_mutex_unlock(&s->lock);
	return result;
}

void http_live_wake(struct http_request *r)
{
	struct exchange *e = exchange_of(r);

	pthread_mutex_lock(&e->server->lock);
	if (e->is_suspended)
		resume_locked(e->server, e);
	else
		e->is_awake = true;
	pthread_mutex_unlock(&e->server->lock);
}

void http_resume_all(struct http_server *s)
{
	pthread_mutex_lock(&s->lock);
	s->is_stopping = true;
	while (s->suspended.next_suspended != &s->suspended)
		resume_locked(s, s->suspended.next_suspended);
	pthread_mutex_unlock(&s->lock);
}
